"""Fits of the odd part of a game to pairs of subsets, beyond the linear one: two families.

With z_i = 1 for a frame of S and -1 for another, y(z) = v(S) - v(X without S) is an odd function of
z, and the ESVs depend on it alone. A fit is lines in terms that are given (those of the regression
sampler) plus either

    a Gaussian process with the odd part of the product kernel  prod over i of (1 + l_i z_i z'_i),
    0 < l_i < 1: a prior under which the products of the frames T (odd in number) count as the
    product of their l_i. The l_i are all alike, or each its own by marginal likelihood (Rasmussen
    and Williams, "Gaussian Processes for Machine Learning", 2006, ch. 2 and 5), shared by all
    classes; a frame without influence gets l_i near 0; or

    a few products z_i z_j z_l of three frames, chosen greedily and their number by
    cross-validation (orthogonal matching pursuit, Pati et al. 1993), the same for all classes.

ESVs of either are known: with f = y / 2, a product over T gives 2 / (2 |T|) to each frame of T, and
a kernel function  1/2 l_i z'_i  times the integral from -1 to 1 of prod over j != i of
(1 + l_j z'_j t) dt  (Owen, "Multilinear Extensions of Games", 1972), by Gauss-Legendre exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import torch
from torch import Tensor

MOST_FITTED = 2048
"""Pairs of a Gaussian process, whose time goes with their cube."""
MOST_COMPARED = 512
"""Leading pairs on which kernels, and numbers of products, are compared."""
EQUAL_WEIGHTS = (0.05, 0.15, 0.3, 0.5)
NOISES = (1e-5, 1e-3, 1e-2, 0.1, 1.0)
"""Variances of what is not the process, as shares of the process's own."""
LIKELIHOOD_PAIRS, LIKELIHOOD_STEPS, STEP = 256, 60, 0.15
PRINCIPAL_COLUMNS = 8
"""Of the answers of all classes: what weights and products are chosen by."""
MOST_WEIGHT = 0.98
LONGEST_WITH_PRODUCTS = 32
MOST_PRODUCTS = 40
FOLDS = 4
LEAST_REST = 1e-9
"""Share of what lines leave below which the rest is rounding."""


@dataclass(frozen=True)
class Pairs:
    """What is fitted, all float64.

    sign (P, n): z; answers (P, X): y; weights (P,): what each pair counts, 1 on average;
    lines: choices of terms (P, F) that a fit may have besides, each with its ESVs (n, F).
    """

    sign: Tensor
    answers: Tensor
    weights: Tensor
    lines: list[tuple[Tensor, Tensor]]

    def leading(self, count: int) -> "Pairs":
        lines = [(terms[:count], esvs) for terms, esvs in self.lines]
        return Pairs(self.sign[:count], self.answers[:count], self.weights[:count], lines)

    def missed_share(self, missed: Tensor) -> float:
        """Of the weighted squares of the answers, those of what a fit missed: (P, X) -> 0 to 1."""
        weights = self.weights[: len(missed), None]
        whole = float((weights * self.answers[: len(missed)] ** 2).sum())
        return float((weights * missed**2).sum()) / whole if whole else 0.0


@dataclass(frozen=True)
class Fit:
    """A fit of all pairs.

    influence (n, P): `influence @ answers` are the ESVs of what is fitted. missed (P, X): answers
    minus what the fit says of each pair without having seen it; left_over: having seen it.
    """

    influence: Tensor
    missed: Tensor
    left_over: Tensor


def fit_bytes(count: int, n_frames: int, terms: int, columns: int) -> int:
    """Bytes at most of all fits to `count` pairs, P, with `terms` F and `columns` X of answers."""
    fitted, compared = min(count, MOST_FITTED), min(count, MOST_COMPARED)
    # Five are needed at once; what was freed between them is not always used again.
    process = 10 * fitted**2 + 4 * (count - fitted) * fitted
    triples = comb(n_frames, 3) if n_frames <= LONGEST_WITH_PRODUCTS else 0
    products = 6 * triples * compared + (MOST_PRODUCTS + 1) * compared * columns
    # Of the lines four copies, of influences ten; of the answers what each fit misses, leaves over
    # and mixes.
    kept = (4 * terms + 10 * n_frames + 24 * columns) * count
    return 8 * (max(process, products) + kept)


def principal(answers: Tensor) -> Tensor:
    """(P, X) -> at most `PRINCIPAL_COLUMNS` columns that say most of it."""
    if answers.shape[1] <= PRINCIPAL_COLUMNS:
        return answers
    directions: Tensor = torch.linalg.svd(answers, full_matrices=False)[2]
    return answers @ directions[:PRINCIPAL_COLUMNS].T


def mixture(pairs: Pairs, fits: Sequence[Fit]) -> Fit:
    """The weighted mean of fits that misses least of pairs that they have not seen.

    All classes share the weights, which are not negative and sum to 1 (stacking; Breiman, "Stacked
    Regressions", 1996).
    """
    missed = torch.stack([fit.missed for fit in fits])
    products = torch.einsum("p,ipx,jpx->ij", pairs.weights, missed, missed)
    products += 1e-12 * products.trace() * torch.eye(len(fits), dtype=torch.float64)
    best: tuple[float, Tensor] | None = None
    # Where a weight would be negative, the best weights leave that fit out: all choices are few.
    for count in range(1, len(fits) + 1):
        for chosen in map(list, combinations(range(len(fits)), count)):
            inverse = torch.linalg.inv(products[chosen][:, chosen])
            share = inverse.sum(dim=1) / inverse.sum()
            misses = float(1 / inverse.sum())
            if bool((share >= 0).all()) and (best is None or misses < best[0]):
                weights = torch.zeros(len(fits), dtype=torch.float64)
                weights[chosen] = share
                best = misses, weights
    assert best is not None
    influence = torch.stack([fit.influence for fit in fits])
    left_over = torch.stack([fit.left_over for fit in fits])
    return Fit(*(torch.tensordot(best[1], each, 1) for each in (influence, missed, left_over)))


# ---------------------------------------------------------------------------- Gaussian process


def fit_process(pairs: Pairs) -> Fit:
    """The kernel, noise and lines that say most of leading pairs left out, fitted to all pairs.

    Time: some eigendecompositions of `MOST_COMPARED` pairs, and one inverse of at most
    `MOST_FITTED`; what later pairs say is predicted.
    """
    compared = pairs.leading(MOST_COMPARED)
    best: tuple[float, Tensor, float, int] | None = None
    for frame_weights in _candidate_weights(compared):
        for share, noise, choice in _left_out_shares(compared, frame_weights):
            if best is None or share < best[0]:
                best = share, frame_weights, noise, choice
    assert best is not None
    return _fitted_process(pairs, *best[1:])


def _candidate_weights(pairs: Pairs) -> Iterator[Tensor]:
    n_frames = pairs.sign.shape[1]
    for weight in EQUAL_WEIGHTS:
        yield torch.full((n_frames,), weight, dtype=torch.float64)
    yield likely_weights(pairs.leading(LIKELIHOOD_PAIRS))


def odd_kernel(left: Tensor, right: Tensor, frame_weights: Tensor) -> Tensor:
    """(P, n), (Q, n) and l (n,) -> (P, Q): the odd part of the product kernel over its largest."""
    same, other = torch.log1p(frame_weights), torch.log1p(-frame_weights)
    tilt = (left * ((same - other) / 2)) @ right.T
    middle = (same + other).sum() / 2 - same.sum()
    return (torch.exp(middle + tilt) - torch.exp(middle - tilt)) / 2


def kernel_esvs(sign: Tensor, frame_weights: Tensor) -> Tensor:
    """(P, n): the ESVs of the games whose y is `odd_kernel` with one pair each."""
    nodes, node_weights = np.polynomial.legendre.leggauss(sign.shape[1] // 2 + 1)
    tilted = frame_weights * sign
    found = torch.zeros_like(sign)
    for node, weight in zip(nodes.tolist(), node_weights.tolist(), strict=True):
        logs = torch.log1p(tilted * node)
        found += weight * torch.exp(logs.sum(dim=1, keepdim=True) - logs)
    return tilted * found / (2 * torch.exp(torch.log1p(frame_weights).sum()))


def likely_weights(pairs: Pairs) -> Tensor:
    """(n,): a weight of each frame by marginal likelihood, the same for all classes."""
    answers = principal(pairs.answers)
    answers = answers / answers.pow(2).mean().sqrt().clamp_min(1e-30)
    count, columns = answers.shape
    raw = torch.full((pairs.sign.shape[1],), -2.0, dtype=torch.float64, requires_grad=True)
    log_noise = torch.tensor(-2.0, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([raw, log_noise], lr=STEP)
    identity = torch.eye(count, dtype=torch.float64)
    with torch.inference_mode(False), torch.enable_grad():
        for _ in range(LIKELIHOOD_STEPS):
            kernel = odd_kernel(pairs.sign, pairs.sign, MOST_WEIGHT * torch.sigmoid(raw))
            kernel = kernel / kernel.diagonal().mean() + (log_noise.exp() + 1e-5) * identity
            root = torch.linalg.cholesky(kernel)
            whitened = torch.linalg.solve_triangular(root, answers, upper=False)
            # The scale of the answers is profiled out; weights are drawn to small ones a little.
            misfit = count * columns * torch.log(whitened.pow(2).mean()) / 2
            volume = columns * root.diagonal().log().sum()
            loss = (misfit + volume) / columns + 0.005 * (raw + 2).pow(2).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return MOST_WEIGHT * torch.sigmoid(raw.detach())


def _left_out_shares(pairs: Pairs, frame_weights: Tensor) -> Iterator[tuple[float, float, int]]:
    """What is missed of pairs left out, for each noise and choice of lines of a kernel."""
    kernel = odd_kernel(pairs.sign, pairs.sign, frame_weights)
    values, vectors = torch.linalg.eigh(kernel / kernel.diagonal().mean())
    turned = vectors.T @ pairs.answers
    for choice, (terms, _) in enumerate(pairs.lines):
        turned_terms = vectors.T @ terms
        for noise in NOISES:
            shrunk = (1 / (values.clamp_min(0) + noise))[:, None]
            shrunk_terms, shrunk_answers = shrunk * turned_terms, shrunk * turned
            inner = torch.linalg.pinv(turned_terms.T @ shrunk_terms, hermitian=True)
            explained = vectors @ shrunk_terms
            slopes = inner @ (turned_terms.T @ shrunk_answers)
            duals = vectors @ (shrunk_answers - shrunk_terms @ slopes)
            own = (vectors**2 @ shrunk)[:, 0] - ((explained @ inner) * explained).sum(dim=1)
            yield pairs.missed_share(duals / own.clamp_min(1e-12)[:, None]), noise, choice


def _fitted_process(pairs: Pairs, frame_weights: Tensor, noise: float, choice: int) -> Fit:
    seen = pairs.leading(MOST_FITTED)
    terms, term_esvs = seen.lines[choice]
    kernel = odd_kernel(seen.sign, seen.sign, frame_weights)
    scale = kernel.diagonal().mean()
    noisy = kernel / scale + noise * torch.eye(len(kernel), dtype=torch.float64)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(noisy))
    explained = inverse @ terms
    inner = torch.linalg.pinv(terms.T @ explained, hermitian=True)
    to_slopes = inner @ explained.T
    slopes = to_slopes @ seen.answers
    duals = inverse @ (seen.answers - terms @ slopes)
    own = inverse.diagonal() - ((explained @ inner) * explained).sum(dim=1)
    missed = duals / own.clamp_min(1e-12)[:, None]
    left_over = noise * duals
    if len(pairs.sign) > len(seen.sign):
        later = pairs.sign[len(seen.sign) :]
        said = odd_kernel(later, seen.sign, frame_weights) @ duals / scale
        said += pairs.lines[choice][0][len(seen.sign) :] @ slopes
        new = pairs.answers[len(seen.sign) :] - said
        missed, left_over = torch.cat([missed, new]), torch.cat([left_over, new])
    shared = kernel_esvs(seen.sign, frame_weights) / scale
    shared -= shared.mean(dim=1, keepdim=True)
    influence = term_esvs @ to_slopes + shared.T @ inverse - (shared.T @ explained) @ to_slopes
    later_pairs = (0, len(pairs.sign) - len(seen.sign))
    return Fit(torch.nn.functional.pad(influence, later_pairs), missed, left_over)


# -------------------------------------------------------------------------- products of three


def fit_products(pairs: Pairs) -> Fit | None:
    """Lines and a few products of three frames; None for sequences with too many of them."""
    n_frames = pairs.sign.shape[1]
    if not 3 <= n_frames <= LONGEST_WITH_PRODUCTS:
        return None
    frames = torch.tensor(list(combinations(range(n_frames), 3)))
    terms, term_esvs = pairs.lines[-1]
    compared = pairs.leading(MOST_COMPARED)
    count = len(compared.sign)
    first, second, third = frames.T
    sign = compared.sign
    products = (sign[:, first] * sign[:, second] * sign[:, third]).T.contiguous()
    most = min(MOST_PRODUCTS, count // 8)
    missed = torch.zeros(most + 1, *compared.answers.shape, dtype=torch.float64)
    fold = torch.arange(count) % FOLDS
    for number in range(FOLDS):
        seen, unseen = fold != number, fold == number
        chosen = _chosen_products(compared, products, terms[:count], seen, most)
        columns = torch.cat([terms[:count], products[chosen].T], dim=1)
        for extra in range(len(missed)):
            used = columns[:, : terms.shape[1] + min(extra, len(chosen))]
            slopes = _least_squares(used[seen], compared.weights[seen]) @ compared.answers[seen]
            missed[extra, unseen] = compared.answers[unseen] - used[unseen] @ slopes
    shares = [compared.missed_share(of_number) for of_number in missed]
    extra = int(np.argmin(shares))
    everything = torch.ones(count, dtype=torch.bool)
    chosen = _chosen_products(compared, products, terms[:count], everything, extra)
    triples = frames[chosen]
    of_all = pairs.sign[:, triples].prod(dim=2)
    columns = torch.cat([terms, of_all], dim=1)
    product_esvs = torch.full((n_frames, len(triples)), -1 / n_frames, dtype=torch.float64)
    product_esvs[triples.T, torch.arange(len(triples))] += 1 / 3
    fit = fit_lines(pairs, columns, torch.cat([term_esvs, product_esvs], dim=1))
    # Products were chosen by these pairs, too: cross-validation says what that is worth.
    fit.missed[:count] = missed[extra]
    return fit


def _chosen_products(
    pairs: Pairs, products: Tensor, terms: Tensor, seen: Tensor, most: int
) -> list[int]:
    """Rows of products (Q, P), each the one that says most of what lines and those before leave."""
    root = pairs.weights[seen].sqrt()
    basis = torch.linalg.qr(terms[seen] * root[:, None])[0]
    rest = principal(pairs.answers[seen] * root[:, None])
    rest = rest - basis @ (basis.T @ rest)
    columns = products[:, seen] * root
    whole = columns.pow(2).sum(dim=1)
    # Of each product, the square of what lines and products before do not say.
    new = whole - (columns @ basis).pow(2).sum(dim=1)
    least = LEAST_REST * float(rest.norm())
    chosen: list[int] = []
    while len(chosen) < most and float(rest.norm()) > least:
        gain = (columns @ rest).pow(2).sum(dim=1) / new.clamp_min(1e-12)
        gain[new < 1e-8 * whole] = -1
        best = int(gain.argmax())
        chosen.append(best)
        direction = columns[best] - basis @ (basis.T @ columns[best])
        direction = direction / direction.norm()
        basis = torch.cat([basis, direction[:, None]], dim=1)
        rest = rest - torch.outer(direction, direction @ rest)
        new = new - (columns @ direction).pow(2)
    return chosen


def fit_lines(pairs: Pairs, terms: Tensor, term_esvs: Tensor) -> Fit:
    """Weighted least squares on terms (P, F) with their ESVs (n, F)."""
    to_slopes = _least_squares(terms, pairs.weights)
    leverage = (terms * to_slopes.T).sum(dim=1)
    left_over = pairs.answers - terms @ (to_slopes @ pairs.answers)
    return Fit(term_esvs @ to_slopes, left_over / _unseen(leverage), left_over)


def _unseen(leverage: Tensor) -> Tensor:
    """What is left of a pair's answer by a fit with it, as a share of that without it: (P, 1)."""
    return (1 - leverage).clamp_min(0.05)[:, None]


def _least_squares(columns: Tensor, weights: Tensor) -> Tensor:
    """(F, P): from answers to slopes of weighted least squares, a trace of ridge for its rank."""
    weighted = columns * weights[:, None]
    gram = columns.T @ weighted
    gram += 1e-9 * gram.trace() / len(gram) * torch.eye(len(gram), dtype=torch.float64)
    to_slopes: Tensor = torch.linalg.inv(gram) @ weighted.T
    return to_slopes
