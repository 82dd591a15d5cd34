"""What runs inside the sandbox, beside a submission; it is visible there and holds no secrets."""
