# R's side of the comparison: CPU milliseconds (user + system) of one call of glmer, lmer or glmmTMB, the data read and
# the factors made, median of several after a first one. A first call of more than 20 seconds counts by itself.
# Usage: Rscript peers.R PACKAGE TABLE.csv FORMULA FAMILY NODES REML FACTORS
a <- commandArgs(TRUE)
suppressWarnings(suppressMessages(library(a[1], character.only = TRUE)))
d <- read.csv(a[2], stringsAsFactors = TRUE)
for (column in strsplit(a[7], ",")[[1]]) d[[column]] <- factor(d[[column]])
f <- as.formula(a[3])
nodes <- as.integer(a[5])
reml <- a[6] == "true"
one <- if (a[1] == "glmmTMB") {
  function() glmmTMB(f, d, family = a[4], REML = reml, control = glmmTMBControl(parallel = 1))
} else if (a[4] == "gaussian") {
  function() lmer(f, d, REML = reml)
} else {
  function() glmer(f, d, family = a[4], nAGQ = nodes)
}
memory <- function(field) tryCatch({
  line <- grep(paste0("^", field, ":"), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}, error = function(e) NA)
cpu <- function() {
  t <- system.time(z <<- suppressWarnings(suppressMessages(one())), gcFirst = FALSE)
  1000 * (t[[1]] + t[[2]])
}
invisible(gc())
resident <- memory("VmRSS")
try(cat("5", file = "/proc/self/clear_refs"), silent = TRUE)
first <- cpu()
peak <- memory("VmHWM")
times <- if (first > 20000) first else replicate(if (first > 2000) 3 else 11, cpu())
number <- function(x) if (is.na(x)) "null" else format(x, digits = 12)
cat(sprintf('{"median":%s,"min":%s,"max":%s,"fits":%d,"logLik":%s,"resident":%s,"peak":%s}\n', number(median(times)),
  number(min(times)), number(max(times)), length(times), number(as.numeric(logLik(z))), number(resident), number(peak)))
