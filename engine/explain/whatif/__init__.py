"""What if a weight, a number of a sample or the learning rate were another?"""
