"""Attribution: games on subsets of frames, exact and sampled Element Shapley Values."""
