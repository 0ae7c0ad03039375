"""Where allauth calls this site: adapters, the authentication backend, types of its columns."""
