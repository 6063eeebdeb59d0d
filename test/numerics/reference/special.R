# Special functions and sample quantiles of R.
#   Rscript special.R > special.json          (R 4.2, base R)
num <- function(v) paste0("[", paste(format(v, digits = 17, trim = TRUE), collapse = ","), "]")
x <- c(1e-300, 1e-8, 0.1, 0.5, 0.999, 1, 1.0001, 1.5, 2, 2.5, 3, 7.25, 30, 171.5, 1e3, 1e6 + 1, 1e10, 1e100)
n <- c(0, 1, 5, 10, 10, 60, 1000, 1000, 1e6, 1e6, 1e6, 1e6, 1e6)
k <- c(0, 1, 2, 0, 10, 30, 1, 400, 1, 3, 5e5, 412345, 999998)
z <- c(-37, -30, -20, -10, -5, -2, -1, -0.1, 0, 1e-10, 0.4, 1, 2, 5, 8, 20)
p <- c(1e-300, 1e-200, 1e-100, 1e-30, 1e-16, 1e-5, 0.001, 0.025, 0.2, 0.4999, 0.5, 0.50001, 0.7, 0.9, 0.975, 0.9999, 1 - 2^-40)
b <- expand.grid(p = c(1e-6, 0.1, 0.5, 0.84, 0.999), a = c(0.4, 1, 3.5, 200), b = c(0.7, 1, 12, 4000))
set.seed(7)
samples <- list(4.25, c(1, 2), round(rnorm(7), 6), round(rexp(50), 6), c(1, 1, 1, 2, 5, 5))
probs <- c(0, 0.025, 0.1, 0.25, 0.5, 0.61803, 0.975, 1)
one <- function(v) sprintf("{\"values\":[%s],\"quantiles\":%s}", paste(format(sort(v), digits = 17, trim = TRUE), collapse = ","),
                           num(unname(quantile(v, probs, type = 7))))
cat("{\"logGamma\":{\"x\":", num(x), ",\"value\":", num(lgamma(x)), "},\n",
    "\"logChoose\":{\"n\":", num(n), ",\"k\":", num(k), ",\"value\":", num(lchoose(n, k)), "},\n",
    "\"normalCdf\":{\"x\":", num(z), ",\"value\":", num(pnorm(z)), "},\n",
    "\"normalQuantile\":{\"x\":", num(p), ",\"value\":", num(qnorm(p)), "},\n",
    "\"betaQuantile\":{\"p\":", num(b$p), ",\"a\":", num(b$a), ",\"b\":", num(b$b), ",\"value\":", num(qbeta(b$p, b$a, b$b)), "},\n",
    "\"quantile\":{\"p\":", num(probs), ",\"samples\":[", paste(vapply(samples, one, ""), collapse = ",\n"), "]}}\n", sep = "")
