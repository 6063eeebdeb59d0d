# Quantiles of the deviance residuals of the betablocker glm, for maximum-likelihood tests. Run in this folder.
d <- read.csv("../../examples/01-betablocker/betablocker.csv")
f <- glm(cbind(r, n - r) ~ treat, binomial, d)
cat(sprintf("%.15g", quantile(residuals(f, "deviance"))), sep = ", ")
