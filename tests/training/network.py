"""The network of `mailbot.core.understanding.net` as torch trains it, and its weights as numpy runs it."""

import math
import random  # noqa: TID251  # seeded: the training is reproducible
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mailbot.core.understanding.features import parts_of

BUCKETS = 1 << 16
DIM, WIDTH, LAYERS, HEADS = 96, 128, 2, 4
RATE = 2e-3
DROP, FORGET_WORD, FORGET_GROUPS, FORGET_PART, FORGET_GROUP, SMOOTH = 0.3, 0.03, 0.05, 0.15, 0.1, 0.01

Stream = Sequence[tuple[str, tuple[int, ...]]]  # a form, and the numbers of the groups met there


class Network(nn.Module):
    """Outputs are logits, one a target."""

    def __init__(self, groups: int, targets: int) -> None:
        super().__init__()
        self.parts = nn.EmbeddingBag(BUCKETS, DIM, mode="mean", sparse=True)
        self.groups = nn.EmbeddingBag(groups, DIM, mode="sum")
        nn.init.normal_(self.parts.weight, 0, 0.1)
        nn.init.normal_(self.groups.weight, 0, 0.05)
        self.normal = nn.LayerNorm(DIM)
        self.into = nn.Linear(DIM, WIDTH)
        self.layers = nn.ModuleList([nn.Conv1d(WIDTH, WIDTH, 3, padding=1) for _ in range(LAYERS)])
        self.normals = nn.ModuleList([nn.LayerNorm(WIDTH) for _ in range(LAYERS)])
        self.attention = nn.Linear(WIDTH, HEADS)
        self.hidden = nn.Linear(WIDTH * (HEADS + 2), WIDTH)
        self.out = nn.Linear(WIDTH, targets)
        self.drop = nn.Dropout(DROP)

    def forward(self, batch: "Batch") -> Tensor:
        words = self.normal(
            self.parts(batch.parts, batch.part_starts) * 4 + self.groups(batch.groups, batch.group_starts)
        )
        x = functional.relu(self.into(self.drop(words[batch.words])))
        here = batch.mask[:, :, None]
        for layer, normal in zip(self.layers, self.normals, strict=True):
            x = normal(x + self.drop(functional.relu(layer((x * here).transpose(1, 2)).transpose(1, 2))))
        x = self.drop(x)
        shares = self.attention(x).masked_fill(~here, -1e4).softmax(1)
        seen = torch.einsum("nth,nta->nah", x, shares).flatten(1)
        summed = torch.cat([seen, x.masked_fill(~here, -1e4).max(1).values, (x * here).sum(1) / here.sum(1)], 1)
        return self.out(self.drop(functional.relu(self.hidden(self.drop(summed)))))


@dataclass(frozen=True)
class Batch:
    """Letters side by side; each different word once."""

    parts: Tensor
    part_starts: Tensor
    groups: Tensor
    group_starts: Tensor
    words: Tensor
    mask: Tensor


def batch_of(streams: Sequence[Stream], forget: random.Random | None = None) -> Batch:
    """A batch; with *forget*, some words, parts and groups are left out, so that no single one is leaned on."""
    longest = max(len(stream) for stream in streams)
    numbers: dict[tuple[str, tuple[int, ...]], int] = {}
    words = np.zeros((len(streams), longest), np.int64)
    mask = np.zeros((len(streams), longest), bool)
    for row, stream in enumerate(streams):
        mask[row, : len(stream)] = True
        for place, token in enumerate(stream):
            kept = _kept(token, forget) if forget else token
            words[row, place] = numbers.setdefault(kept, len(numbers))
    parts = [parts_of(form) for form, _ in numbers]
    lengths = np.array([len(part) for part in parts])
    hashes = (np.concatenate(parts) % BUCKETS).astype(np.int64)
    if forget:
        mixer = np.random.default_rng(forget.getrandbits(32))
        stays = mixer.random(len(hashes)) > FORGET_PART
        stays[np.cumsum(lengths) - lengths] = True  # the whole word stays, so that no word is without a part
        lengths = np.add.reduceat(stays.astype(np.int64), np.cumsum(lengths) - lengths)
        hashes = hashes[stays]
    groups = [[group for group in met if not forget or forget.random() > FORGET_GROUP] for _, met in numbers]
    flat = [group for met in groups for group in met]
    return Batch(
        torch.from_numpy(hashes),
        _starts(lengths),
        torch.tensor(flat, dtype=torch.int64),
        _starts([len(met) for met in groups]),
        torch.from_numpy(words),
        torch.from_numpy(mask),
    )


def _kept(token: tuple[str, tuple[int, ...]], forget: random.Random) -> tuple[str, tuple[int, ...]]:
    chance = forget.random()
    if chance < FORGET_GROUPS:
        return ("_", token[1])
    return ("_", ()) if chance < FORGET_GROUPS + FORGET_WORD else token


def _starts(lengths: Sequence[int] | np.ndarray) -> Tensor:
    return torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64))


def trained(
    streams: Sequence[Stream],
    targets: np.ndarray,
    *,
    groups: int,
    epochs: int,
    seed: int,
    size: int = 48,
    show: Callable[[str], None],
) -> Network:
    """A network fitted to *targets* (letters × outputs, 0 to 1); the same for a seed on the same machine."""
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311
    network = Network(groups, targets.shape[1])
    optimisers = [
        torch.optim.AdamW(_decays(network), lr=RATE),
        torch.optim.SparseAdam([network.parts.weight], lr=RATE),
    ]
    steps = epochs * (len(streams) // size + 2) + 60
    rates = [torch.optim.lr_scheduler.LambdaLR(one, lambda step: _pace(step / steps)) for one in optimisers]
    wanted = torch.tensor(targets, dtype=torch.float32) * (1 - 2 * SMOOTH) + SMOOTH
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for rows in _batches([len(stream) for stream in streams], size, chance):
            told = network(batch_of([streams[row] for row in rows], chance))
            loss = functional.binary_cross_entropy_with_logits(told, wanted[rows])
            network.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([weight for weight in network.parameters() if not weight.grad.is_sparse], 1.0)
            for one, rate in zip(optimisers, rates, strict=True):
                one.step()
                rate.step()
            total += float(loss.detach()) * len(rows)
        show(f"  network: round {epoch + 1} of {epochs}, loss {total / len(streams):.4f}")
    network.eval()
    return network


def _pace(done: float) -> float:
    """Share of the full rate: up over the first tenth, then down along a cosine."""
    return done / 0.1 + 0.01 if done < 0.1 else 0.5 + 0.5 * math.cos(math.pi * (min(done, 1.0) - 0.1) / 0.9)


def _decays(network: Network) -> list[dict[str, object]]:
    vectors = [network.groups.weight]
    named = {id(network.parts.weight), id(network.groups.weight)}
    heavy = [weight for weight in network.parameters() if weight.ndim > 1 and id(weight) not in named]
    light = [weight for weight in network.parameters() if weight.ndim == 1]
    return [{"params": heavy, "weight_decay": 0.05}, {"params": light + vectors, "weight_decay": 0.0}]


def _batches(lengths: Sequence[int], size: int, chance: random.Random) -> list[list[int]]:
    """Letters of like length together, in an order drawn by *chance*."""
    order = list(range(len(lengths)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), size * 20):
        near = sorted(order[start : start + size * 20], key=lambda row: lengths[row])
        batches += [near[at : at + size] for at in range(0, len(near), size)]
    chance.shuffle(batches)
    return batches


def told_by(network: Network, streams: Sequence[Stream], size: int = 64) -> np.ndarray:
    """Logits of every letter."""
    network.eval()
    out = np.zeros((len(streams), network.out.out_features))
    order = sorted(range(len(streams)), key=lambda row: len(streams[row]))
    with torch.no_grad():
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            out[rows] = network(batch_of([streams[row] for row in rows])).numpy()
    return out
