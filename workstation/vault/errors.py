"""What goes wrong around keys and sealed bytes. No text here ever holds a UID, a name or a key.

UserFacingError
├── WrongKey             the key, passphrase or key store at hand does not open this data folder
├── DamagedVault         the key header of a data folder cannot be read
├── DamagedObject        a sealed file was changed, cut, reordered or exchanged
├── VaultExists          a data folder already has its key header; it is never written over
└── BadInput
    ├── KeyFileRefused   a key file that lies inside the data folder, or holds too little to be a key
    ├── WeakPassphrase   a passphrase that is a PIN, or too short
    └── BadCertificate   a certificate chain that is not for this reader's key
SomethingMissing
├── NoKeyStore           the computer has no key store that keeps a secret
└── NoKeyFile            the key file is not there
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput, SomethingMissing, UserFacingError


class WrongKey(UserFacingError):
    """The key, passphrase or key store at hand does not open this data folder."""


class DamagedVault(UserFacingError):
    """The key header of a data folder cannot be read."""


class DamagedObject(UserFacingError):
    """A sealed file was changed, cut, reordered or exchanged since it was written."""

    def __init__(
        self,
        what: str = "A file of the encrypted store is damaged or was exchanged.",
        advice: str = "Open it again; if this stays, call your support.",
    ) -> None:
        super().__init__(what, advice)


class VaultExists(UserFacingError):
    """A data folder already has its key header."""


class KeyFileRefused(BadInput):
    """A key file that lies inside the data folder, or holds too little to be a key."""


class WeakPassphrase(BadInput):
    """A passphrase that is a PIN, or too short."""


class BadCertificate(BadInput):
    """A certificate chain that is not for this reader's key."""


class NoKeyStore(SomethingMissing):
    """The computer has no key store that keeps a secret."""


class NoKeyFile(SomethingMissing):
    """The key file is not there."""
