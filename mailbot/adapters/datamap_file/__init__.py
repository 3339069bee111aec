"""config/datamap.toml → `DataMap`."""

from mailbot.adapters.datamap_file.reading import load_datamap

__all__ = ["load_datamap"]
