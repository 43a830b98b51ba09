"""Vectors of terms.

encoders    what turns terms into vectors
neighbours  which vectors are near each other: the contract, and exact search
plans       which index, by rule; its limits
indexes     every index behind one interface (FAISS; inverted: our own; blockwise: torch)
tuning      the least effort that reaches the recall wanted
"""
