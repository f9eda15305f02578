# Filled with the package (find_package(loanbook)).
