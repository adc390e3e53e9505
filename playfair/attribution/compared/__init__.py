"""Attribution methods that Element Shapley Values are compared with."""
