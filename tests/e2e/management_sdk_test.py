"""npm @azure/arm-iothub: create, fail over, be refused, lift the limit, fail back, delete."""
from installation import Installation

with Installation() as it:
    it.node("management.mjs")
