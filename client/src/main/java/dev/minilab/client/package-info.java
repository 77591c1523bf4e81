/// A client of the HTTP API, for Java 25: the JDK's HTTP client and Jackson, and nothing else of Minilab. Begin with
/// [Minilab].
@NullMarked
package dev.minilab.client;

import org.jspecify.annotations.NullMarked;
