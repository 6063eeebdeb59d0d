# Columns of splines and contrasts as R makes them, for columns.json: Rscript columns.R > columns.json
library(splines)
x <- c(1, 2, 4, 7, 8, 9, 12, 15)
new <- c(0, 3, 20)
f <- factor(c("a", "b", "c", "d", "a", "b", "c", "d"))
number <- function(v) paste0("[", paste(format(v, digits = 15, trim = TRUE), collapse = ","), "]")
matrix_text <- function(m) paste0("[", paste(apply(m, 2, number), collapse = ","), "]")
entry <- function(name, fitted, predicted = NULL) {
  names <- paste0("[", paste0('"', gsub('"', '\\\\"', colnames(fitted)), '"', collapse = ","), "]")
  cat(sprintf('  "%s": {"names": %s, "columns": %s%s}', name, names, matrix_text(unclass(fitted)),
    if (is.null(predicted)) "" else paste0(', "at": ', matrix_text(unclass(predicted)))))
}
spline <- function(text) {
  basis <- eval(parse(text = text))
  entry(text, model.matrix(as.formula(paste("~", text)))[, -1, drop = FALSE], suppressWarnings(predict(basis, new)))
}
design <- function(text) entry(text, model.matrix(as.formula(text)))
parts <- c("ns(x, df = 3)", "ns(x, knots = c(4, 9))", "ns(x, df = 4, intercept = TRUE)",
  "ns(x, df = 2, Boundary.knots = c(2, 12))", "bs(x)", "bs(x, df = 5)", "bs(x, knots = c(3, 10), degree = 2)",
  "bs(x, df = 6, intercept = TRUE)")
designs <- c("~ C(f, sum)", "~ C(f, helmert)", "~ C(f, contr.poly)", "~ C(f, sum) * x", "~ 0 + C(f, helmert) + x",
  "~ x + I(x > 4)", "~ x > 4", "~ ifelse(f == 'a', x, 0)", "~ I(f %in% c('a', 'd')) * x", "~ I((x > 2) * x)", "~ I(!(x > 4))",
  "~ I(x > 2 & f != 'b')", "~ I(x < 2 | x >= 9)", "~ pmin(x, 8) + pmax(x - 8, 0)", "~ floor(x / 2) + as.numeric(x > 3)")
cat("{\n")
for (i in seq_along(parts)) { spline(parts[i]); cat(",\n") }
for (i in seq_along(designs)) { design(designs[i]); cat(if (i < length(designs)) ",\n" else "\n") }
cat("}\n")
