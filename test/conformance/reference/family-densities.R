# Log densities of R, at random and at extreme points, for every family and link with the predictors of its further
# parameters.
#   Rscript family-densities.R > family-densities.json          (R 4.2, base R)
# Parameters are those of glmmTMB: gaussian and Gamma report sigma (Gamma: shape 1 / sigma^2), the inverse Gaussian has
# variance sigma^2 mu^3, nbinom2 mu + mu^2 / phi, nbinom1 mu (1 + phi), beta and beta-binomial shapes mu phi and
# (1 - mu) phi; Student's t has scale sigma and df degrees of freedom.
set.seed(20240612)
num <- function(v) paste0("[", paste(format(v, digits = 17, trim = TRUE), collapse = ","), "]")
case <- function(family, link, y, trials, eta, value) {
  stopifnot(all(is.finite(value)), length(value) == length(y))
  sprintf("{\"family\":\"%s\",\"link\":\"%s\",\"y\":%s,\"trials\":%s,\"eta\":[%s],\"logDensity\":%s}", family, link, num(y),
          if (is.null(trials)) "null" else num(trials), paste(sapply(eta, num), collapse = ","), num(value))
}
n <- 40
inverse <- function(link, eta) switch(link, identity = eta, log = exp(eta), inverse = 1 / eta, `1/mu^2` = 1 / sqrt(eta),
  sqrt = eta^2, logit = plogis(eta), probit = pnorm(eta), cloglog = -expm1(-exp(eta)), cauchit = pcauchy(eta))
link_of <- function(link, mu) switch(link, identity = mu, log = log(mu), inverse = 1 / mu, `1/mu^2` = 1 / mu^2,
  sqrt = sqrt(mu), logit = qlogis(mu), probit = qnorm(mu), cloglog = log(-log1p(-mu)), cauchit = qcauchy(mu))
mu_positive <- c(1e-6, 1e-3, 1e4, 30, exp(rnorm(n - 4, 0.5, 1)))
phi <- c(1e-3, 1e8, 20, 1e-2, exp(rnorm(n - 4)))
counts <- c(0, 3, 11000, 0, 1, 17, 40, rpois(n - 7, mu_positive[8:n]))
zi <- c(-30, 4, rnorm(n - 2))
out <- character(0)
add <- function(...) out <<- c(out, case(...))

# Counts and proportions with one predictor.
for (link in c("log", "sqrt", "identity"))
  add("poisson", link, counts, NULL, list(link_of(link, mu_positive)), dpois(counts, mu_positive, log = TRUE))
trials <- c(1, 1, 0, 25, sample(1:60, n - 4, TRUE))
successes <- c(0, 1, 0, 25, rbinom(n - 4, trials[5:n], runif(n - 4)))
mu_unit <- c(1e-6, 1e-3, 0.999, 0.5, runif(n - 4, 0.02, 0.98))
for (link in c("logit", "probit", "cloglog", "cauchit"))
  add("binomial", link, successes, trials, list(link_of(link, mu_unit)), dbinom(successes, trials, mu_unit, log = TRUE))

# Real numbers.
sigma <- c(1e-3, 1e3, 1, 5, exp(rnorm(n - 4)))
mu_real <- c(2, -100, 50, 0, rnorm(n - 4))
y_real <- mu_real + sigma * c(3, 1, -30, 8, rnorm(n - 4))
for (link in c("identity", "log")) {
  mu <- if (link == "log") exp(pmin(mu_real, 3)) else mu_real
  add("gaussian", link, y_real, NULL, list(link_of(link, mu), log(sigma)), dnorm(y_real, mu, sigma, log = TRUE))
}

# Negative binomials.
add("nbinom2", "log", counts, NULL, list(log(mu_positive), log(phi)), dnbinom(counts, size = phi, mu = mu_positive, log = TRUE))
add("nbinom1", "log", counts, NULL, list(log(mu_positive), log(phi)), dnbinom(counts, size = mu_positive / phi, mu = mu_positive, log = TRUE))

# Counts without zeros, with more zeros, and with zeros of their own. mu_zi keeps log f(0) of every family above -700.
mu_zi <- c(0.3, 50, 2, 8, 0.01, exp(rnorm(n - 5, 0.5, 1)))
phi_zi <- c(0.1, 30, 1e4, 2, 1, exp(rnorm(n - 5)))
y_zi <- c(0, 60, 1, 0, 0, rpois(n - 5, mu_zi[6:n]))
log_pi <- plogis(zi, log.p = TRUE)
log_rest <- plogis(-zi, log.p = TRUE)
log_sum <- function(a, b) pmax(a, b) + log1p(exp(-abs(a - b)))
base <- list(poisson = function(y) dpois(y, mu_zi, log = TRUE),
             nbinom2 = function(y) dnbinom(y, size = phi_zi, mu = mu_zi, log = TRUE),
             nbinom1 = function(y) dnbinom(y, size = mu_zi / phi_zi, mu = mu_zi, log = TRUE))
for (name in names(base)) {
  f <- base[[name]]
  eta <- if (name == "poisson") list(log(mu_zi)) else list(log(mu_zi), log(phi_zi))
  y_cut <- pmax(y_zi, 1)
  cut <- function(y) f(y) - log(-expm1(f(0)))
  add(paste0("truncated_", name), "log", y_cut, NULL, eta, cut(y_cut))
  add(paste0("zero_inflated_", name), "log", y_zi, NULL, c(eta, list(zi)),
      ifelse(y_zi == 0, log_sum(log_pi, log_rest + f(0)), log_rest + f(y_zi)))
  add(paste0("hurdle_", name), "log", y_zi, NULL, c(eta, list(zi)), ifelse(y_zi == 0, log_pi, log_rest + cut(y_cut)))
}

# Positive numbers.
mu <- c(1e-6, 1e5, 3, 20, exp(rnorm(n - 4)))
sigma_shape <- c(0.5, 1e-4, 30, 1, exp(rnorm(n - 4, -0.5, 0.6)))
y_positive <- c(2e-6, 1.0001e5, 1e-3, 300, mu[5:n] * exp(0.7 * rnorm(n - 4)))
for (link in c("log", "inverse", "identity"))
  add("Gamma", link, y_positive, NULL, list(link_of(link, mu), log(sigma_shape)),
      dgamma(y_positive, shape = 1 / sigma_shape^2, scale = mu * sigma_shape^2, log = TRUE))
for (link in c("log", "1/mu^2"))
  add("inverse_gaussian", link, y_positive, NULL, list(link_of(link, mu), log(sigma)),
      -0.5 * log(2 * pi * sigma^2 * y_positive^3) - (y_positive / mu - 1)^2 / (2 * sigma^2 * y_positive))

df <- c(0.1, 1e7, 1, 3, exp(1 + rnorm(n - 4)))
add("student", "identity", y_real, NULL, list(mu_real, log(sigma), log(df)), dt((y_real - mu_real) / sigma, df, log = TRUE) - log(sigma))

# Proportions.
phi_beta <- c(1e-2, 1e5, 3000, 1, exp(1 + rnorm(n - 4)))
mu_beta <- c(0.3, 0.999, 1e-3, 0.5, mu_unit[5:n])
y_unit <- c(1e-9, 0.9989, 2e-3, 1 - 1e-9, 0.001 + 0.998 * runif(n - 4))
lbetabinom <- function(y, n, a, b) lchoose(n, y) + lbeta(y + a, n - y + b) - lbeta(a, b)
for (link in c("logit", "probit", "cloglog", "cauchit")) {
  add("beta", link, y_unit, NULL, list(link_of(link, mu_beta), log(phi_beta)),
      dbeta(y_unit, mu_beta * phi_beta, (1 - mu_beta) * phi_beta, log = TRUE))
  add("betabinomial", link, successes, trials, list(link_of(link, mu_beta), log(phi_beta)),
      lbetabinom(successes, trials, mu_beta * phi_beta, (1 - mu_beta) * phi_beta))
}
cat("[", paste(out, collapse = ",\n"), "]\n", sep = "")
