"""Letters and pages from templates; see `TemplateRenderer` and `PagePress`."""

from mailbot.adapters.render.page import PagePress
from mailbot.adapters.render.renderer import TemplateRenderer
from mailbot.adapters.render.samples import SAMPLE, SAMPLE_WAITING

__all__ = ["SAMPLE", "SAMPLE_WAITING", "PagePress", "TemplateRenderer"]
