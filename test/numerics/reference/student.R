# Student's t and F in R: student.json. Run in test/numerics/reference.
library(jsonlite)
g <- expand.grid(t = c(0.01, 0.5, 1.96, 4, 12, 40, 1e3), df = c(0.4, 1, 2.7, 5, 17, 161.3, 5e3, 1e7))
q <- expand.grid(p = c(1e-12, 1e-4, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9995), df = c(0.4, 1, 2.7, 5, 17, 161.3, 5e3, 1e7))
f <- expand.grid(x = c(0.02, 0.7, 1.3, 4, 30, 900), df1 = c(1, 2, 3.5, 12), df2 = c(1.2, 4, 17, 250.5, 1e6))
h <- expand.grid(p = c(0.001, 0.2, 0.5, 0.95, 0.999), df1 = c(1, 2, 3.5, 12), df2 = c(1.2, 4, 17, 250.5))
write_json(list(twoSided = c(g, list(value = 2 * pt(-g$t, g$df))), quantile = c(q, list(value = qt(q$p, q$df))),
  fUpper = c(f, list(value = pf(f$x, f$df1, f$df2, lower.tail = FALSE))), fQuantile = c(h, list(value = qf(h$p, h$df1, h$df2)))),
  "student.json", digits = NA)
