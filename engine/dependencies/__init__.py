"""One module for each dependency, over one HTTP client with a circuit breaker."""
