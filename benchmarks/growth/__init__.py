"""Growth: what a request costs as a contract, a store, a body or a load grows."""
