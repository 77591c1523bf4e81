/// Measurements. Nothing here is part of what runs in production.
@NullMarked
package dev.minilab.benchmarks;

import org.jspecify.annotations.NullMarked;
