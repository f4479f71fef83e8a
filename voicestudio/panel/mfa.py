"""Second factors as the studio keeps them."""

from allauth.mfa.adapter import DefaultMFAAdapter

from apps.common.sealed import seal, unseal


class StudioMfaAdapter(DefaultMFAAdapter):
    """Seeds of codes and recovery codes lie sealed in the database."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """A secret sealed with a lost SECRET_KEY matches no code."""
        return unseal(encrypted_text) or ""

    def get_totp_issuer(self) -> str:
        return "AI Voice Studio"
