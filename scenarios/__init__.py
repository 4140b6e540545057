"""Is the engine right? Each scenario is one requirement sentence, shown in given, when and then."""
