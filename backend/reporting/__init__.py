"""How the service is doing: measures with their definitions, each a number that opens down to its cases."""
