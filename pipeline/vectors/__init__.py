"""Vectors of terms.

encoders    what turns terms into vectors
neighbours  which vectors are near each other (FAISS)
"""
