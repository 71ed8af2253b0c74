//! Nakadachi (仲立ち): the working desk of a medical-research funding agency.
