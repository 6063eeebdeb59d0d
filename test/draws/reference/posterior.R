# Writes posterior-draws.csv (draws of known kinds) and posterior.json (what R's posterior, loo and stats make of them)
# into the folder given as argument; `biome format --write` then lays out the JSON. Made with R 4.2.2, posterior 1.4.0,
# loo 2.5.1.
#   Rscript posterior.R .
suppressPackageStartupMessages({
  library(posterior)
  library(loo)
  library(jsonlite)
})
folder <- commandArgs(TRUE)[1]
set.seed(20240917)
n <- 250
ar1 <- function(rho) as.vector(arima.sim(list(ar = rho), n))
kinds <- list(
  normal = function(chain) rnorm(n, 3, 2),
  ar09 = function(chain) ar1(0.9),
  antithetic = function(chain) ar1(-0.5),
  cauchy = function(chain) rcauchy(n),
  shifted = function(chain) rnorm(n) + (chain == 4) * 1.5,
  scaled = function(chain) rnorm(n) * (if (chain == 4) 3 else 1),
  lognormal = function(chain) exp(1.5 * ar1(0.5)),
  constant = function(chain) rep(0.1, n),
  discrete = function(chain) rpois(n, 2),
  faroff = function(chain) 1e6 + rnorm(n)
)
draws <- lapply(kinds, function(kind) sapply(1:4, kind))
table <- data.frame(chain = rep(1:4, each = n), lapply(draws, as.vector))
text <- sapply(table, function(column) sprintf("%.17g", column))
writeLines(c(paste(names(table), collapse = ","), apply(text, 1, paste, collapse = ",")),
           file.path(folder, "posterior-draws.csv"))

probs <- c(0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
summary <- function(x) list(
  mean = mean(x), sd = sd(x), quantiles = unname(quantile(x, probs)),
  rhat = rhat(x), essBulk = ess_bulk(x), essTail = ess_tail(x), essMean = ess_mean(x),
  essQuantile = ess_quantile(x, c(0.1, 0.5, 1), names = FALSE),
  mcseMean = mcse_mean(x), mcseSd = mcse_sd(x),
  mcseQuantile = mcse_quantile(x, c(0.05, 0.5, 0.9), names = FALSE)
)
# One chain only, and an odd number of draws, of which splitting drops the middle one.
single <- function(x) summary(x[, 1, drop = FALSE])
odd <- function(x) summary(x[1:201, ])

# Importance sampling: log ratios are the pooled draws.
smoothed <- function(x) {
  ratios <- as.vector(x)
  fit <- suppressWarnings(psis(ratios, r_eff = 1))
  weights <- weights(fit, log = TRUE, normalize = TRUE)
  list(paretoK = fit$diagnostics$pareto_k, ess = 1 / sum(exp(2 * weights)), maximum = max(weights),
       first = as.vector(weights)[1:20])
}
ratios <- c("normal", "ar09", "cauchy", "shifted", "lognormal")
write_json(list(
  probs = probs,
  full = suppressWarnings(lapply(draws, summary)),
  single = suppressWarnings(lapply(draws, single)),
  odd = suppressWarnings(lapply(draws, odd)),
  psis = lapply(draws[ratios], smoothed),
  beta = lapply(list(c(0.16, 3, 900), c(0.84, 50.5, 1), c(0.5, 2000, 2000), c(0.1586553, 1, 4001), c(1e-3, 0.5, 0.5)),
    function(v) list(p = v[1], a = v[2], b = v[3], quantile = qbeta(v[1], v[2], v[3])))
), file.path(folder, "posterior.json"), digits = I(17), auto_unbox = TRUE, na = "null", pretty = TRUE)
