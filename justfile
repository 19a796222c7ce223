# What CI runs.
ci:
    .ci/run

# Compare with Helm's output; words filter the cases.
test *words:
    cargo test --test golden -- {{words}}

# Ask the real Helm again. HELM_ORACLE names a folder with <version>/helm.
regenerate *cases:
    cargo build
    golden/regenerate {{cases}}

# Measure.
bench *words:
    cargo bench -- {{words}}

# Render the sample services.
render *arguments:
    cargo run --release -- render {{arguments}}
