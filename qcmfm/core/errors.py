"""Errors that a user can do something about. Any other exception is a bug."""


class QcmfmError(Exception):
    """An error whose message says what is wrong and whose hint says what to do.

    Args:
        message: One sentence that says what is wrong and quotes the offending value.
        hint: One sentence that says what to do about it.
    """

    def __init__(self, message: str, hint: str):
        super().__init__(message, hint)  # both, so that the error can be pickled
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint on one line, as the command line prints them."""
        return f"{self.message} {self.hint}"


class StorageError(QcmfmError):
    """A disk that lacks something the workspace needs."""


class RecordsError(QcmfmError):
    """A records file that cannot be read at all; a bad row is reported as a `Problem` instead."""


class PhotoError(QcmfmError):
    """A file that cannot be decoded as a photo."""


class EncoderError(QcmfmError):
    """An encoder that cannot be loaded."""


class CircuitError(QcmfmError):
    """An invalid circuit, or an invalid input to one."""


class TrainingError(QcmfmError):
    """Records or settings that a model cannot be trained with."""


class RunError(QcmfmError):
    """A run folder that is missing, incomplete or altered."""


class ReviewError(QcmfmError):
    """A decision that cannot be made or saved, or a review log that cannot be read."""


class ReviewConflict(ReviewError):
    """Somebody else decided on the record after it was displayed."""


class JobError(QcmfmError):
    """A job that does not exist, or that cannot be run now."""


class ImportingError(QcmfmError):
    """A source that cannot be imported at all; bad records are reported one by one instead."""


class CatalogError(QcmfmError):
    """A catalog that cannot be opened, or a collection that is not in it."""


class StudyError(QcmfmError):
    """A study that cannot be run or read."""


class AccessError(QcmfmError):
    """A role list that cannot be read."""


class PermissionDenied(AccessError):
    """An operation that the user's role does not permit."""


class WorkspaceError(QcmfmError):
    """A workspace, or a backup of one, that cannot be read, written or restored."""


class ClusterError(QcmfmError):
    """A Ray cluster that cannot be reached, or that failed."""


class MissingExtraError(QcmfmError):
    """An optional package that is not installed."""
