"""IAM: real tokens, and a verifier that believes none unseen."""

from fakes.iam.fake import IamFake

__all__ = ["IamFake"]
