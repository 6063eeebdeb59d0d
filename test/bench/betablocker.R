# lme4's side of the benchmark: CPU milliseconds of glmer on betablocker, median of reps after one warm-up call.
# Usage: Rscript betablocker.R betablocker.csv nAGQ reps
arguments <- commandArgs(TRUE)
suppressMessages(library(lme4))
d <- read.csv(arguments[1])
d$center <- factor(d$center)
nagq <- as.integer(arguments[2])
fit <- function() glmer(cbind(r, n - r) ~ treat + (1 | center), d, binomial, nAGQ = nagq)
z <- suppressMessages(fit())
cpu <- replicate(as.integer(arguments[3]), { t <- system.time(fit(), gcFirst = FALSE); 1000 * (t[[1]] + t[[2]]) })
cat(sprintf("%.3f %.3f %.3f\n", min(cpu), median(cpu), max(cpu)))
