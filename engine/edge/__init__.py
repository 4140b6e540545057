"""Where HTTP meets the engine: identity, order of refusal, error model, headers."""
