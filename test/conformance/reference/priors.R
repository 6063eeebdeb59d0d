# Log densities of R for every distribution a prior may name.
#   Rscript priors.R > priors.json          (R 4.2, base R)
num <- function(v) paste0("[", paste(format(v, digits = 17, trim = TRUE), collapse = ","), "]")
x <- c(-30, -3.5, -1, -0.01, 0, 0.02, 0.7, 2, 11, 400)
above <- c(0, 1e-6, 0.02, 0.7, 2, 11, 60)
t3 <- function(x, df, m, s) dt((x - m) / s, df, log = TRUE) - log(s)
cases <- list(
  list("normal(0, 2.5)", x, dnorm(x, 0, 2.5, log = TRUE)),
  list("normal(-3, 0.2)", x, dnorm(x, -3, 0.2, log = TRUE)),
  list("student_t(3, 0, 2.5)", x, t3(x, 3, 0, 2.5)),
  list("student_t(0.7, 1.5, 0.3)", x, t3(x, 0.7, 1.5, 0.3)),
  list("student_t(60, -2, 10)", x, t3(x, 60, -2, 10)),
  list("cauchy(0, 1)", x, dcauchy(x, 0, 1, log = TRUE)),
  list("cauchy(-2, 5)", x, dcauchy(x, -2, 5, log = TRUE)),
  list("half_normal(0, 1)", above, log(2) + dnorm(above, 0, 1, log = TRUE)),
  list("half_normal(0, 7)", above, log(2) + dnorm(above, 0, 7, log = TRUE)),
  list("half_cauchy(0, 2)", above, log(2) + dcauchy(above, 0, 2, log = TRUE)),
  list("half_t(4, 0, 1.5)", above, log(2) + t3(above, 4, 0, 1.5)),
  list("exponential(1)", above, dexp(above, 1, log = TRUE)),
  list("exponential(0.05)", above, dexp(above, 0.05, log = TRUE)),
  list("laplace(1, 2)", x, dexp(abs(x - 1), 1 / 2, log = TRUE) - log(2)),
  list("logistic(-1, 0.7)", x, dlogis(x, -1, 0.7, log = TRUE)),
  list("gamma(0.01, 0.01)", above[-1], dgamma(above[-1], 0.01, 0.01, log = TRUE)),
  list("gamma(3, 0.5)", above[-1], dgamma(above[-1], 3, 0.5, log = TRUE)),
  list("inverse_gamma(0.4, 0.3)", above[-1], dgamma(1 / above[-1], 0.4, 0.3, log = TRUE) - 2 * log(above[-1])),
  list("lognormal(0.5, 1.2)", above[-1], dlnorm(above[-1], 0.5, 1.2, log = TRUE)),
  list("beta(2, 0.5)", c(1e-6, 0.3, 0.9), dbeta(c(1e-6, 0.3, 0.9), 2, 0.5, log = TRUE)),
  list("uniform(-2, 3)", c(-2, 0, 2.9), dunif(c(-2, 0, 2.9), -2, 3, log = TRUE)))
one <- function(case) sprintf("{\"text\":\"%s\",\"x\":%s,\"logDensity\":%s}", case[[1]], num(case[[2]]), num(case[[3]]))
cat("[", paste(vapply(cases, one, ""), collapse = ",\n"), "]\n", sep = "")
