"""The draft wing: an unknown export, looked at, and a mapping proposed for it.

    survey (bytes -> columns, values)   looks (values -> dates, numbers)   choose (columns -> fields)   write (-> YAML)

Proposes and says how sure it is; what only the operator can know stays open. Refuses nothing it can half understand.
"""

from syncd.core.draft.write import draft_mapping

__all__ = ["draft_mapping"]
