"""RailFair: which train, which ticket, and will it be on time?"""

__version__ = "0.1.0"
