/** Why families of a mean between 0 and 1 do not take links that leave that range, and what serves in their place. */
export const unboundedLinks: Readonly<Record<string, string>> = {
  log:
    'with a log link probabilities pass 1, with normal random effects always; for risk ratios fit the poisson family ' +
    '(its log link gives them), or take logit',
  identity:
    'with an identity link probabilities leave 0 to 1, with normal random effects always; for risk differences fit the ' +
    'gaussian family to the proportions, or take logit',
}
