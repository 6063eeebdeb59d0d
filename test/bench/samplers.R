# R's side of the comparison of samplers: effective draws a CPU second of rstanarm's stan_glmer, chains after one
# another. Seconds are the chains' as Stan reports them, without the set-up of the model in R.
# Usage: Rscript samplers.R TABLE.csv FORMULA FAMILY FACTORS CHAINS WARMUP DRAWS SCALE
a <- commandArgs(TRUE)
suppressWarnings(suppressMessages({library(rstanarm); library(posterior)}))
d <- read.csv(a[1], stringsAsFactors = TRUE)
for (column in strsplit(a[4], ",")[[1]]) d[[column]] <- factor(d[[column]])
warmup <- as.integer(a[6])
draws <- as.integer(a[7])
gaussian <- a[3] == "gaussian"
scale <- if (gaussian) as.numeric(a[8]) else 2.5
call <- list(as.formula(a[2]), data = d, chains = as.integer(a[5]), warmup = warmup, iter = warmup + draws, cores = 1,
  seed = 1, refresh = 0, prior = normal(0, scale, autoscale = FALSE), prior_covariance = decov(1, 1, 1, 1),
  prior_intercept = if (gaussian) normal(250, 250, autoscale = FALSE) else normal(0, 2.5, autoscale = FALSE))
if (gaussian) call$prior_aux <- exponential(1 / scale, autoscale = FALSE)
z <- suppressWarnings(suppressMessages(do.call(if (gaussian) stan_lmer else stan_glmer,
  c(call, if (!gaussian) list(family = a[3])))))
e <- suppressWarnings(as.data.frame(summarise_draws(as_draws_array(as.array(z)), ess_bulk, rhat)))
seconds <- rstan::get_elapsed_time(z$stanfit)
ess <- min(e$ess_bulk, na.rm = TRUE)
cat(sprintf('{"version":"%s","ess":%.6g,"rhat":%.5g,"sampling":%.6g,"all":%.6g}\n', packageVersion("rstanarm"), ess,
  max(e$rhat, na.rm = TRUE), ess / sum(seconds[, "sample"]), ess / sum(seconds)))
