import hashlib
import json
import pathlib

import numpy as np
import pytest

from mailbot.adapters.knowledge import MODEL, load_knowledge, save
from mailbot.adapters.knowledge.model_file import load_model
from mailbot.errors import ConfigError

ROOT = pathlib.Path(__file__).parents[2]
SHIPPED = ROOT / "config" / "knowledge" / MODEL


def test_a_model_is_read_as_it_was_written(tmp_path):
    model = load_model(SHIPPED)
    save(model, tmp_path / "model.npz")
    again = load_model(tmp_path / "model.npz")

    assert (again.version, again.act_above, again.look_above) == (model.version, model.act_above, model.look_above)
    assert np.array_equal(again.linear.weights, model.linear.weights)
    assert np.array_equal(again.net.parts, model.net.parts)
    assert again.net.groups == model.net.groups


@pytest.mark.parametrize(
    "broken", [b"", b"PK", b"not a model", SHIPPED.read_bytes()[:100_000]], ids=["empty", "zip", "text", "cut"]
)
def test_a_damaged_model_is_said_to_be_one(tmp_path, broken):
    path = tmp_path / "model.npz"
    path.write_bytes(broken)

    with pytest.raises(ConfigError, match=r"model\.npz: cannot be read as a model: .*make model"):
        load_model(path)


def test_a_missing_model_is_said_to_be_missing(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read as a model"):
        load_model(tmp_path / "model.npz")


def test_a_model_of_another_version_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    with np.load(SHIPPED) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    facts = json.loads(kept["facts"].tobytes()) | {"format": 99}
    np.savez(path, **(kept | {"facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)}))

    with pytest.raises(ConfigError, match="another version"):
        load_model(path)


def test_the_version_of_what_is_known_names_words_and_model():
    knowledge = load_knowledge(SHIPPED.parent)

    assert knowledge.version not in {knowledge.model.version, ""}


def test_the_shipped_model_was_trained_on_the_corpus_that_lies_here_and_reached_its_figures():
    said = json.loads(SHIPPED.with_suffix(".json").read_text())
    corpus = b"".join(file.read_bytes() for file in sorted((ROOT / "tests/corpus").glob("*.jsonl")))

    assert said["corpus"] == load_model(SHIPPED).version == hashlib.sha256(corpus).hexdigest()[:12]
    assert said["held_back_natural"]["missed_of_ask"] <= 0.0175  # of unseen letters: tests/test_unseen_letters.py
    assert said["held_back_natural"]["exact_of_plain"] >= 0.65


def test_every_group_that_the_model_knows_has_words():
    knowledge = load_knowledge(SHIPPED.parent)

    assert not knowledge.model.net.groups.keys() - knowledge.groups
