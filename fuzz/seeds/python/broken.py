def (:
  class
	"""ü
if x
    return )
