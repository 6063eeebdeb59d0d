# Log densities of R at points over the whole range of each family and link, and the variance functions of R's families.
#   Rscript densities.R > densities.json          (R 4.2, with MASS for the negative binomial)
# Where a probability rounds to 0 or 1, dbinom is replaced by its formula in both log tails.
set.seed(20240611)
num <- function(v) paste0("[", paste(format(v, digits = 17, trim = TRUE), collapse = ","), "]")
trials <- c(1, 1, 1, 1, 0, 10, 10, 10, 25, 100, 1e6, 1e6, 1e6, sample(1:60, 27, TRUE))
y <- c(0, 1, 0, 1, 0, 0, 10, 3, 12, 99, 0, 1e6, 412345, rbinom(27, trials[14:40], runif(27)))
binomial_case <- function(link) {
  eta <- c(-2, 1.5, 40, -40, 3, -1, 1, 0, -6, 5, -14, 12, -0.35, rnorm(27, 0, 2))
  # 1 - F = exp(-exp(eta)) rounds to 0 early on the right.
  if (link == "cloglog") { eta[3] <- 3; eta[7] <- 2; eta[10] <- 1.4; eta[12] <- 2.5 }
  if (link == "probit") { eta[3] <- 30; eta[4] <- -30; eta[11] <- -6; eta[12] <- 6 }
  log_f <- switch(link, logit = plogis(eta, log.p = TRUE), probit = pnorm(eta, log.p = TRUE),
                  cloglog = ifelse(exp(eta) < 0.7, log(-expm1(-exp(eta))), log1p(-exp(-exp(eta)))))
  log_g <- switch(link, logit = plogis(-eta, log.p = TRUE), probit = pnorm(-eta, log.p = TRUE), cloglog = -exp(eta))
  formula <- lchoose(trials, y) + ifelse(y == 0, 0, y * log_f) + ifelse(y == trials, 0, (trials - y) * log_g)
  p <- exp(log_f)
  direct <- dbinom(y, trials, p, log = TRUE)
  value <- ifelse(p > 1e-8 & p < 0.99, direct, formula)
  stopifnot(all(abs(value - formula) <= 1e-8 * (1 + abs(value))))
  sprintf("{\"family\":\"binomial\",\"link\":\"%s\",\"y\":%s,\"trials\":%s,\"eta\":%s,\"logDensity\":%s}",
          link, num(y), num(trials), num(eta), num(value))
}
poisson_case <- function() {
  eta <- c(-40, 5, -3, 0, log(1e6), log(1e6) + 0.01, 13, -10, rnorm(32, 1, 1.5))
  y <- c(0, 0, 0, 1, 1e6, 1e6, 1e6, 7, rpois(32, exp(eta[9:40])))
  sprintf("{\"family\":\"poisson\",\"link\":\"log\",\"y\":%s,\"trials\":null,\"eta\":%s,\"logDensity\":%s}",
          num(y), num(eta), num(dpois(y, exp(eta), log = TRUE)))
}
mu_unit <- c(0.001, 0.2, 0.5, 0.77, 0.999)
mu_positive <- c(0.001, 0.3, 1, 12, 4000)
observed_unit <- c(0, 0.1, 0.5, 0.9, 1)
observed_count <- c(0, 1, 2, 30, 5000)
observed_positive <- c(1e-3, 0.3, 1, 30, 5000)
# At a dispersion parameter of 1, and theta = 1.
means <- function(family, mu, observed, name = family$family) {
  pairs <- expand.grid(o = observed, m = mu)
  sprintf("{\"family\":\"%s\",\"mu\":%s,\"variance\":%s,\"observed\":%s,\"at\":%s,\"deviance\":%s}", name, num(mu),
          num(family$variance(mu)), num(pairs$o), num(pairs$m), num(family$dev.resids(pairs$o, pairs$m, rep(1, nrow(pairs)))))
}
cat("{\"densities\":[", paste(c(sapply(c("logit", "probit", "cloglog"), binomial_case), poisson_case()), collapse = ",\n"),
    "],\n\"means\":[", paste(c(means(binomial(), mu_unit, observed_unit), means(poisson(), mu_positive, observed_count),
                             means(gaussian(), c(-3, 0, 0.2, 12), c(-2, 0, 5)), means(Gamma(), mu_positive, observed_positive),
                             means(inverse.gaussian(), mu_positive, observed_positive, "inverse_gaussian"),
                             means(MASS::negative.binomial(1), mu_positive, observed_count, "nbinom2")),
                             collapse = ",\n"), "]}\n", sep = "")
