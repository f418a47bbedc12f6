//! What is published: one envelope, the digest of a night, and their renderings.
