"""npm azure-iothub: Registry and Twin."""
from installation import Installation

with Installation() as it:
    it.node("registry.mjs")
