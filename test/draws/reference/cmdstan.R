# What rstan 2.21.7 reads from the files of `glmm sample --out "cmdstan-{chain}.csv"` in this folder, and posterior's
# summaries of it: Rscript test/draws/reference/cmdstan.R > test/draws/reference/cmdstan.json
suppressMessages({
  library(rstan)
  library(posterior)
  library(jsonlite)
})
folder <- dirname(sub('--file=', '', grep('--file=', commandArgs(), value = TRUE)))
# jsonlite writes 15 digits.
all_digits <- function(x) sprintf('%.17g', x)
read <- function(files) {
  fit <- read_stan_csv(file.path(folder, files))
  draws <- as.array(fit)
  statistics <- get_sampler_params(fit, inc_warmup = FALSE)
  list(
    dims = lapply(fit@par_dims, as.list),
    sampler = unlist(lapply(fit@sim$samples, function(one) attr(one, 'args')$sampler_t)),
    args = lapply(fit@stan_args, function(one) {
      one[c('stan_version_major', 'method', 'iter', 'warmup', 'thin', 'save_warmup', 'chain_id', 'seed', 'algorithm', 'stepsize')]
    }),
    time = unname(get_elapsed_time(fit)),
    variables = dimnames(draws)$parameters,
    first = all_digits(draws[1, 1, ]),
    last = all_digits(draws[dim(draws)[1], dim(draws)[2], ]),
    effects = if (length(files) > 1) extract(fit, 'r_center', permuted = FALSE)[7, 2, ] |> all_digits(),
    mean = all_digits(apply(draws, 3, mean)),
    mcse = all_digits(apply(draws, 3, posterior::mcse_mean)),
    statistics = lapply(statistics, function(one) as.list(colSums(one)))
  )
}
found <- list(
  nuts = read(c('cmdstan-1.csv', 'cmdstan-2.csv')),
  gibbs = read('cmdstan-gibbs-1.csv')
)
cat(toJSON(found, digits = 15, auto_unbox = TRUE, na = 'string', null = 'null', pretty = TRUE), '\n')
