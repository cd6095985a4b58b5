"""What a user can mend. Anything that is not a `QcmfmError` is a bug."""


class QcmfmError(Exception):
    """An error whose message says what is wrong and whose hint says what to do.

    Args:
        message: One sentence: what is wrong, with the value that was found.
        hint: One sentence: what to do about it.
    """

    def __init__(self, message: str, hint: str):
        super().__init__(message, hint)  # both, so that another process can hand it on
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint as one line, as the command line prints it."""
        return f"{self.message} {self.hint}"


class RecordsError(QcmfmError):
    """A records file that cannot be read at all; bad rows are reported as `Problem`s instead."""


class PhotoError(QcmfmError):
    """Bytes that are not a photo the program can show."""


class EncoderError(QcmfmError):
    """An encoder that cannot be loaded."""


class CircuitError(QcmfmError):
    """A circuit, or an input to one, that cannot be."""


class TrainingError(QcmfmError):
    """Records or settings that no model can be trained with."""


class RunError(QcmfmError):
    """A run folder that is missing, incomplete or altered."""


class ReviewError(QcmfmError):
    """A decision that cannot be taken or kept, or a review log that cannot be read."""


class ReviewConflict(ReviewError):
    """Somebody else decided on the record since it was shown."""


class JobError(QcmfmError):
    """A job that there is not, or that cannot be done now."""


class ImportingError(QcmfmError):
    """A source that cannot be imported at all; what is wrong with single records is reported."""


class CatalogError(QcmfmError):
    """A catalog that cannot be opened, or a collection that is not in it."""


class StudyError(QcmfmError):
    """A study that cannot be made or read."""


class AccessError(QcmfmError):
    """A list of roles that cannot be read."""


class PermissionDenied(AccessError):
    """Something that whoever acts may not do."""


class WorkspaceError(QcmfmError):
    """A workspace, or a backup of one, that cannot be read, written or put back."""


class ClusterError(QcmfmError):
    """A cluster that cannot be reached, or that gave up."""
