"""Measurements that stay: each prints ratios and scaling exponents, with the machine it ran on."""
