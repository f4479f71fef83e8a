from tests.apps.conftest import bucket, fake_stripe, selling

__all__ = ["bucket", "fake_stripe", "selling"]
