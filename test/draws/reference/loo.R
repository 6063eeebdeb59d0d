# Writes loo-draws.csv (autocorrelated draws of a normal model's mean and standard deviation, and its response) and
# loo.json (what R's loo makes of them) into the folder given as argument; `biome format --write` then lays out the JSON.
# Made with R 4.2.2, loo 2.5.1.
#   Rscript loo.R .
suppressPackageStartupMessages({
  library(loo)
  library(jsonlite)
})
folder <- commandArgs(TRUE)[1]
set.seed(7411)
n <- 250
y <- c(round(rnorm(11, 2, 1.5), 3), 9.5)
ar1 <- function(rho) as.vector(arima.sim(list(ar = rho), n)) * sqrt(1 - rho^2)
mu <- sapply(1:4, function(chain) mean(y) + sd(y) / sqrt(12) * ar1(0.6))
sigma <- exp(log(sd(y)) + sapply(1:4, function(chain) ar1(0.3)) / sqrt(24))
draws <- data.frame(.chain = rep(1:4, each = n), .iteration = rep(1:n, 4), .draw = 1:(4 * n),
                    b_Intercept = as.vector(mu), sigma = as.vector(sigma))
text <- sapply(draws, function(column) sprintf("%.17g", column))
writeLines(c(paste(names(draws), collapse = ","), apply(text, 1, paste, collapse = ",")),
           file.path(folder, "loo-draws.csv"))

logLik <- sapply(y, function(one) dnorm(one, draws$b_Intercept, draws$sigma, log = TRUE))
efficiency <- relative_eff(exp(logLik), chain_id = draws$.chain)
of <- suppressWarnings(loo(logLik, r_eff = efficiency))
other <- suppressWarnings(loo(logLik[, -12], r_eff = efficiency[-12]))
# Another model for the comparison: the standard deviation held.
held <- sapply(y, function(one) dnorm(one, draws$b_Intercept, 2, log = TRUE))
heldOf <- suppressWarnings(loo(held, r_eff = relative_eff(exp(held), chain_id = draws$.chain)))
difference <- loo_compare(list(a = of, b = heldOf))
information <- suppressWarnings(waic(logLik))
write_json(list(
  y = y,
  estimates = of$estimates,
  pointwise = list(elpd = unname(of$pointwise[, "elpd_loo"]), p = unname(of$pointwise[, "p_loo"]),
                   mcse = unname(of$pointwise[, "mcse_elpd_loo"]), paretoK = of$diagnostics$pareto_k,
                   ess = of$diagnostics$n_eff),
  efficiency = efficiency,
  mcseWithoutLast = mcse_loo(other),
  held = unname(heldOf$pointwise[, "elpd_loo"]),
  difference = list(elpd = unname(difference[2, "elpd_diff"]), se = unname(difference[2, "se_diff"]),
                    last = rownames(difference)[2]),
  waic = information$estimates
), file.path(folder, "loo.json"), digits = I(17), auto_unbox = TRUE, na = "null", pretty = TRUE)
