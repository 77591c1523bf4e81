/// Configuration by environment: every setting is read once, validated, and every mistake is reported together.
@NullMarked
package dev.minilab.config;

import org.jspecify.annotations.NullMarked;
