"""Letters from templates; see `TemplateRenderer`."""

from mailbot.adapters.render.renderer import TemplateRenderer
from mailbot.adapters.render.samples import SAMPLE, SAMPLE_WAITING

__all__ = ["SAMPLE", "SAMPLE_WAITING", "TemplateRenderer"]
