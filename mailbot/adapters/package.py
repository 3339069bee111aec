"""An AES-256 zip, as 7-Zip, WinRAR, Keka and The Unarchiver open it (requirements C20; WinZip's AE-2)."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

import pyzipper
from pyzipper.zipfile_aes import WZ_AES_V2, AESZipInfo


class AesZip:
    """Implements `ports.packing.Archive`."""

    def archive(self, files: Mapping[str, bytes], password: str, *, at: datetime) -> bytes:
        """*files* by name, encrypted under *password*; every file bears the moment *at*, none the host's clock.

        Names and sizes of files in a zip are not encrypted. AE-2 keeps no checksum of what is inside, by which the
        content of a short file could be guessed.
        """
        buffer = BytesIO()
        with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED) as made:
            made.setpassword(password.encode())
            made.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=WZ_AES_V2)
            for name, content in files.items():
                entry = AESZipInfo(name, date_time=at.timetuple()[:6])
                entry.compress_type = pyzipper.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                made.writestr(entry, content)
        return buffer.getvalue()
