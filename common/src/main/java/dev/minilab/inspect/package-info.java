/// Reads what an image says of itself, from its first bytes, without decoding a pixel.
///
/// Type comes from magic bytes, never from names or declared types. Knows the job contract and nothing else.
@NullMarked
package dev.minilab.inspect;

import org.jspecify.annotations.NullMarked;
