/// Job requests and presets: reads what a client asks for and names everything that is wrong with it.
@NullMarked
package dev.minilab.request;

import org.jspecify.annotations.NullMarked;
